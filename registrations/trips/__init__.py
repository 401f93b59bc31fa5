"""Readings of the odometer, favourite trips, the trip log of a vehicle."""
