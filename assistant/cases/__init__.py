"""Medical-information and safety cases as threads of events."""
