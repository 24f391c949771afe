"""How the published site is built: what MkDocs does not do by itself."""
