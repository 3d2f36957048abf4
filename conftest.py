"""The options and hooks of pytest are in dojo/plugin.py, and a shorter way to run a spec."""

pytest_plugins = ["dojo.plugin", "dojo.limits", "dojo.plain", "dojo.telling"]
