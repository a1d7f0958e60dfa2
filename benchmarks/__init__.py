"""What a turn costs, beside the usual way of keeping a conversation. Nothing here is a test."""
