"""How the app is served, one file a subject: what Streamlit is set to, who may ask, the worker, the first page, errors, health, fonts."""
