"""Access logs to counted downloads: formats, the Hub's published rules by date, policies, clients."""
