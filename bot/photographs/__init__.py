"""Photographs of participants: fetched, checked, kept sealed, and shown side by side."""
