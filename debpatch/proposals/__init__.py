"""What people send: packages with patches added, mails, requests to maintainers and teams."""
