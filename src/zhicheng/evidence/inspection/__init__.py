"""Looking into a file that may be hostile. No Django in here: this is what runs in the confined process, and every
import it needs is paid once, when the warden starts; the web process never loads the parsers.
"""
