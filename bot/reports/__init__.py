"""Documents that leave as files, made when they leave."""
