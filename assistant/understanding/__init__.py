"""The parts of `assistant.turn.understand`: shorthand, topics, product names, splitting, the conversation frame."""
