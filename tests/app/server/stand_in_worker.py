"""A worker that does nothing but live as long as its server: its standard input is a pipe from there."""

import sys

sys.stdin.read()
