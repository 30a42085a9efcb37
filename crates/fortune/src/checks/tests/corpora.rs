//! False alarms on real prose.
