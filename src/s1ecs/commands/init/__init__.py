"""`s1ecs init`: the first settings file, asked for, checked and written."""
