"""SMS: a channel for any phone, through a gateway to the operators."""
