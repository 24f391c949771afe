"""What a browser is given: the widget, the published site, and the data that both draw from."""
