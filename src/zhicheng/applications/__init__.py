"""The application form (申请书): drafts, materials, submissions, and the one door of its lifecycle."""
