"""What is there to do today? To-dos, messages and the service hall of a shop."""
