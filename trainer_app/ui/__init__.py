"""Parts of pages: the frame, the session, charts, cards."""
