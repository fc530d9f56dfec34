"""What the pages ask: plain functions over an open session of the database. No Streamlit here."""
