"""A whole trial, played twice with the arms permuted, and what each playing left behind."""
