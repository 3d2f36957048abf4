"""The options and hooks of pytest are in dojo/plugin.py."""

pytest_plugins = ["dojo.plugin"]
