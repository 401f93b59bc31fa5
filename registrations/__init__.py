"""What people did: hours, expenses and trips; registering them, and overviews of them."""
