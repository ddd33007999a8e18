"""Work and printing of every command."""
