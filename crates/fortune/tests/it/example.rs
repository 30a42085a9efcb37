//! The example, run as a test.

#[path = "../../examples/ask.rs"]
#[expect(dead_code, reason = "its `main` is for people")]
mod ask;

#[tokio::test]
async fn the_example_reads_both_ways() {
    let mut out = Vec::new();
    ask::run(&mut out).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.starts_with("Line by line\n“囊裏紅絲月下明”: what joins you is already there. "),
        "{out}"
    );
    assert!(out.contains("\n1 囊裏紅絲月下明 / "), "{out}");
    assert!(
        out.contains("\n[conclusion] Yes, if you let it take its time."),
        "{out}"
    );
    assert!(out.ends_with("\n\nModel\n"), "{out}");
}
