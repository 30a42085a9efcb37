//! What the guards stop, and that cuts change nothing.
