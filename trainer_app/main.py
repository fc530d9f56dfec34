"""What Streamlit runs for every visit: the frame."""

from trainer_app.frame import frame

frame()
