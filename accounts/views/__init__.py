"""The pages of people, organisation, contracts and profile."""
