"""What the tests share: a server to start and stop, requests signed by hand, command-line clients."""
