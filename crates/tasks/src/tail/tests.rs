//! What readers may see of the open text, when.

use super::*;

fn stored(sequence: u64) -> Stored {
    Stored {
        sequence,
        data: String::new(),
    }
}

/// A task with two events whose first section is open.
fn open() -> (Arc<Tail>, Arc<Live>) {
    let tail = Arc::new(Tail::default());
    let live = tail.live(TaskId::new());
    live.hold(1);
    live.publish(vec![stored(1), stored(2)], false);
    live.open(1, 1, SectionId::Conclusion, "In short");
    live.append(1, "text");
    (tail, live)
}

fn seen(live: &Live, sequence: u64) -> Option<String> {
    live.with_open(sequence, |open| open.text.clone())
}

#[test]
fn open_text_is_seen_from_the_end_of_the_log_only() {
    let (_tail, live) = open();
    assert_eq!(seen(&live, 2).as_deref(), Some("text"));
    assert_eq!(seen(&live, 1), None);
    assert_eq!(seen(&live, 3), None);
    live.publish(vec![stored(3)], false);
    assert_eq!(seen(&live, 3).as_deref(), Some("text"));
    live.publish(vec![stored(4)], true);
    assert_eq!(seen(&live, 4), None);
}

#[test]
fn who_reads_ahead_of_the_worker_sees_nothing_twice() {
    let (_tail, live) = open();
    // The section is sealed in the store; its worker has not shown it yet, a reader knows.
    live.know(3);
    assert_eq!(seen(&live, 3), None);
    assert!(matches!(live.look(3), Look::Current));
    live.publish(vec![stored(3)], true);
    assert_eq!(seen(&live, 3), None);
    assert!(matches!(live.look(2), Look::Next(events) if events.len() == 1));
}

#[test]
fn text_of_an_older_epoch_is_not_taken() {
    let (_tail, live) = open();
    live.fence(1);
    assert_eq!(seen(&live, 2), None);
    live.hold(3);
    live.open(1, 1, SectionId::Conclusion, "In short");
    live.append(1, "late");
    assert_eq!(seen(&live, 2), None);
    live.open(3, 2, SectionId::Conclusion, "In short");
    live.append(1, "late");
    live.append(3, "new");
    assert_eq!(seen(&live, 2).as_deref(), Some("new"));
    live.retire();
    live.open(3, 2, SectionId::Conclusion, "In short");
    assert_eq!(seen(&live, 2), None);
}

#[test]
fn events_that_arrive_out_of_order_are_read_from_the_store() {
    let (_tail, live) = open();
    live.publish(vec![stored(4)], false);
    live.publish(vec![stored(3)], false);
    assert!(matches!(live.look(2), Look::Behind));
    assert!(matches!(live.look(3), Look::Next(events) if events[0].sequence == 4));
    assert!(matches!(live.look(4), Look::Current));
}

#[test]
fn nothing_is_kept_of_a_task_that_nobody_holds() {
    let tail = Arc::new(Tail::default());
    let task_id = TaskId::new();
    let first = tail.live(task_id);
    let second = tail.live(task_id);
    assert!(Arc::ptr_eq(&first, &second));
    drop(first);
    assert!(tail.existing(task_id).is_some());
    drop(second);
    assert!(tail.existing(task_id).is_none());
    assert!(lock(&tail.tasks).is_empty());
}
