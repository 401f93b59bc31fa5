"""The form fields for durations and times of the day, which stand in lib/time_fields.py."""

from lib.time_fields import ClockField, DurationField, PauseField, TypedTimeField

__all__ = ["ClockField", "DurationField", "PauseField", "TypedTimeField"]
