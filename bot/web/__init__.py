"""The one web application: a chat in a browser, health and metrics, and what channels mount."""
