"""The trial's folder: read, checked and published."""
