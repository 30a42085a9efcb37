# What a person types: run it, test it, see it, measure it.

.PHONY: run test demo contract pictures axe trace bench eval real-model torture fuzz schemathesis sbom format check-format lint docs tests conformance deny chromium cargo dist npm cluster postgresql help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

run: cargo ## Build and start on http://127.0.0.1:8000 (settings: kaucim serve --help)
	cargo run --release --locked -p kaucim -- serve

test: cargo chromium check-format lint docs tests conformance deny ## Everything that CI runs; installs what it needs

demo: cargo ## Start beside a simulated model, to look at
	cargo build --release --locked -p kaucim -p llmsim
	scripts/demo

cluster: cargo ## Three nodes, a PostgreSQL of their own and nginx, on http://127.0.0.1:8000
	cargo build --release --locked -p kaucim -p llmsim
	scripts/cluster

pictures: cargo chromium ## Take the pictures of docs/pictures anew; needs Node 18 and a CJK font
	cargo build --release --locked -p kaucim -p llmsim
	scripts/pictures

bench: cargo ## Measure beside the simulated model, and write docs/benchmarks.md
	cargo build --release --locked -p kaucim -p llmsim -p kaucim-bench
	target/release/kaucim-bench --write

axe: cargo chromium ## Look at every state of the page with axe-core, which npm fetches
	@scripts/need-axe
	cargo test --locked -p kaucim --test it page_looks

npm: cargo ## Run other people's clients against the server: the AI SDK, and that of OpenAI; npm fetches them
	@scripts/need-npm
	cargo test --locked -p kaucim --test it javascript

trace: cargo chromium ## Measure how smoothly the page writes 5,000 characters; needs Node 18
	cargo build --release --locked -p kaucim -p llmsim
	scripts/trace

eval: cargo ## Ask the evaluation's questions of the configured model, else of the simulated one
	cargo build --release --locked -p kaucim -p kaucim-eval
	target/release/kaucim-eval ask $(EVAL)
	target/release/kaucim-eval behaviours $(EVAL)

real-model: cargo ## Disturb a real llama server and judge what readers get; builds it the first time
	cargo build --locked -p kaucim -p kaucim-eval
	scripts/real-model $(EVAL)

contract: cargo ## Hold a server against the contract: URL=https://temple.example KAUCIM_KEY=…
	cargo run --locked -p kaucim-conformance -- --url "$${URL:-http://127.0.0.1:8000}" $(CONTRACT)

torture: cargo ## Kill the server 200 times under load, and check that nothing is lost
	KAUCIM_TORTURE_ROUNDS=$${KAUCIM_TORTURE_ROUNDS:-200} \
	KAUCIM_TORTURE_CROWD=$${KAUCIM_TORTURE_CROWD:-100} \
	KAUCIM_TORTURE_RATE=$${KAUCIM_TORTURE_RATE:-20} \
	cargo test --locked -p kaucim --test it storm::whatever_dies -- --nocapture

fuzz: cargo ## Look for inputs that break a parser: FUZZ_SECONDS=60 each, FUZZ="cursor token" for some
	scripts/fuzz run $(FUZZ)

schemathesis: cargo ## Hold the real server against its OpenAPI document; pip fetches the tool
	cargo build --workspace --bins --locked
	scripts/schemathesis

sbom: cargo ## Write what the program is made of (CycloneDX) to target/kaucim.cdx.json
	scripts/sbom target/kaucim.cdx.json

dist: cargo ## Build what is given away, into target/dist: an archive and a Debian package; tries the program
	scripts/dist

format: ## Format the code
	cargo fmt --all

check-format: cargo
	cargo fmt --all --check

lint: cargo
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs: cargo
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items --locked

# Half of the time of most tests is waiting, for a browser, a model or a clock.
tests: cargo chromium
	@scripts/need-axe 0
	@scripts/need-nginx
	@scripts/need-npm 0
	@scripts/need-postgresql >/dev/null
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-4} cargo test --workspace --all-targets --locked
	$(MAKE) postgresql

postgresql: cargo ## The tests of tasks on a PostgreSQL of their own, which is installed if need be
	RUST_TEST_THREADS=$${RUST_TEST_THREADS:-4} scripts/test-postgresql

# Half a minute of `make schemathesis`, where pip reaches an index; cargo and apt are enough for the rest.
conformance: tests
	SCHEMATHESIS_SECONDS=30 scripts/schemathesis --where-it-can --seed 1

deny: cargo ## Check licences, bans and sources of the dependencies
	@command -v cargo-deny >/dev/null || test -x target/tools/bin/cargo-deny || \
		cargo install --quiet --locked --debug --root target/tools --target-dir target/tools/build cargo-deny
	PATH="$$PATH:$$PWD/target/tools/bin" cargo deny --workspace check licenses bans sources

cargo:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs or with 'apt-get install cargo' (1.95 or newer)." >&2; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing: install it with 'apt-get install gcc'." >&2; exit 1; }

chromium:
	@scripts/need-chromium
