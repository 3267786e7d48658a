"""One subject a file: frames in, frames out."""
