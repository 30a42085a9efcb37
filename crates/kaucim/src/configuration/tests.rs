//! What flags, environment and file come to.

use kaucim_llm::ModelConfig;

use super::{models::ollama_url, *};

mod explained;

fn settled(common: &Common, variables: &[(&str, &str)]) -> Configuration {
    let lookup = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let mut environment = Environment::from_lookup(lookup);
    environment
        .home
        .get_or_insert_with(|| "/home/temple".to_owned());
    Configuration::settle(common, &Serve::default(), &environment).expect("a configuration")
}

fn chain(configuration: &Configuration) -> Vec<String> {
    match &configuration.models {
        Models::Chain(configs) => {
            let url = |config: &ModelConfig| config.base_url.clone().unwrap_or_default();
            configs
                .iter()
                .map(|config| format!("{} {}", config.name, url(config)))
                .collect()
        }
        Models::Found { servers } => servers
            .iter()
            .map(|server| {
                format!(
                    "find {} {}",
                    server.provider.name(),
                    server.base_url.clone().unwrap_or_default()
                )
            })
            .collect(),
    }
}

#[test]
fn only_ollama_is_told_how_much_room_to_make() {
    let context = |text: &str| {
        let file = parse(text, "a file").expect("it parses");
        let chain = models::settle(&Common::default(), &Environment::default(), file.models);
        chain.map(|chain| match chain {
            Models::Chain(configs) => configs[0].context,
            Models::Found { .. } => panic!("a model was named"),
        })
    };
    let of = |model: &str, rest: &str| context(&format!("[[models]]\nmodel = \"{model}\"\n{rest}"));
    assert_eq!(of("ollama:qwen3:8b", "").expect("a chain"), Some(8192));
    assert_eq!(
        of("ollama:qwen3:8b", "context = 16384").expect("a chain"),
        Some(16_384)
    );
    assert_eq!(of("ollama:qwen3:8b", "context = 0").expect("a chain"), None);
    assert_eq!(of("openai:any", "").expect("a chain"), None);
    assert!(of("openai:any", "context = 8192").is_err());
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    let documented = parse(DEFAULTS, "the defaults").expect("it parses");
    let built_in = settled(&Common::default(), &[]);
    let reading = reading(&documented.reading).expect("settings");
    assert_eq!(
        format!("{reading:?}"),
        format!("{:?}", kaucim_fortune::Settings::default())
    );
    assert_eq!(format!("{:?}", built_in.reading), format!("{reading:?}"));
    assert_eq!(documented.listen, Some(built_in.listen));
    assert_eq!(documented.workers, Some(built_in.workers));
    assert_eq!(documented.guests, Some(built_in.guests));
    let none = Environment::default();
    let documented_limits = limits(&documented.limits, &none).expect("limits");
    assert_eq!(documented_limits, built_in.limits);
    let documented_rates = rates(&documented.limits, &none).expect("rates");
    let documented_rates = documented.embed.rates(documented_rates);
    assert_eq!(documented_rates.expect("rates"), built_in.rates);
    let documented_budgets = budgets(&documented.budget, &none).expect("budgets");
    let documented_budgets = documented.embed.budgets(documented_budgets);
    assert_eq!(documented_budgets.expect("budgets"), built_in.budgets);
    assert_eq!(
        proxies::settle(documented.proxies).expect("proxies"),
        built_in.proxies
    );
    assert_eq!(
        documented.limits.streams_per_account,
        Some(built_in.streams_per_account)
    );
    let connections = (
        documented.limits.connections,
        documented.limits.connections_per_address,
    );
    let of_built_in = (built_in.connections, built_in.connections_per_address);
    assert_eq!(connections, (Some(of_built_in.0), Some(of_built_in.1)));
    assert_eq!(
        built_in.data_dir,
        PathBuf::from("/home/temple/.local/share/kaucim")
    );
}

#[test]
fn models_come_from_flags_then_environment() {
    let check = |common: Common, variables: &[(&str, &str)], expected: &[&str]| {
        assert_eq!(chain(&settled(&common, variables)), expected);
    };
    check(Common::default(), &[], &["find ollama "]);
    check(
        Common::default(),
        &[("OLLAMA_HOST", "0.0.0.0")],
        &["find ollama http://127.0.0.1:11434"],
    );
    check(
        Common::default(),
        &[("KAUCIM_MODEL_URL", "http://127.0.0.1:8080")],
        &[
            "find ollama http://127.0.0.1:8080",
            "find openai http://127.0.0.1:8080",
        ],
    );
    check(Common::default(), &[("KAUCIM_MODEL", "classic")], &[]);
    check(
        Common::default(),
        &[
            ("KAUCIM_MODEL", "openai:one, ollama:qwen3:8b, classic"),
            ("KAUCIM_MODEL_URL", "http://127.0.0.1:8080"),
        ],
        &["one http://127.0.0.1:8080", "qwen3:8b "],
    );
    let typed = Common {
        model: Some("openai:typed".to_owned()),
        ..Common::default()
    };
    check(
        typed,
        &[("KAUCIM_MODEL", "openai:environment")],
        &["typed "],
    );
}

#[test]
fn ollama_hosts_are_read_as_ollama_reads_them() {
    for (host, url) in [
        ("127.0.0.1", "http://127.0.0.1:11434"),
        ("0.0.0.0:8000", "http://127.0.0.1:8000"),
        ("https://models.example", "https://models.example"),
        (
            "models.example/ollama",
            "http://models.example:11434/ollama",
        ),
    ] {
        assert_eq!(ollama_url(host), url);
    }
}

/// What a file comes to, or what is told of it.
fn of_file(text: &str) -> Result<Configuration, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kaucim.toml");
    std::fs::write(&path, text).expect("it is written");
    let common = Common {
        config: Some(path),
        data_dir: Some(folder.path().to_owned()),
        ..Common::default()
    };
    let settled = Configuration::settle(&common, &Serve::default(), &Environment::default());
    settled.map_err(|failed| match failed {
        Failed::Usage { message, hint } => format!("{message}: {}", hint.expect("a hint")),
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_zero_that_would_let_nobody_in_is_refused_with_a_hint() {
    for text in [
        "workers = 0",
        "[limits]\nper_guest = 0",
        "[limits]\nper_end_user = 0",
        "[limits]\nper_account = 0",
        "[limits]\nqueued = 0",
        "[limits]\nstreams_per_account = 0",
        "[limits]\nconnections = 0",
        "[limits]\nconnections_per_address = 0",
        "[limits]\nguest_rate = 0",
        "[limits]\nguests_rate = 0",
        "[limits]\naccount_rate = 0",
        "[limits]\naddress_rate = 0",
        "[limits]\nsession_rate = 0",
        "[limits]\nrequest_rate = 0",
        "[limits]\nrefusal_rate = 0",
        "[budget]\nper_key = { readings = 0 }",
        "[budget]\nper_guest = { tokens = 0 }",
        "[budget]\nguests = { readings = 0 }",
        "[budget]\nservice = { readings = 5, tokens = 0 }",
        "[embed]\nguest_rate = 0",
        "[embed]\nguests_rate = 0",
        "[embed]\nper_guest = { readings = 0 }",
        "[embed]\nguests = { tokens = 0 }",
        "[reading]\ncalls = 0",
        "[reading]\ntokens = 0",
        "[reading]\nseconds = 0",
        "[reading]\nmax_tokens = 0",
        "[retention]\ndays = 0",
        "[[models]]\nmodel = \"openai:x\"\nconcurrency = 0",
    ] {
        let told = of_file(text).expect_err(text);
        assert!(told.contains("set "), "{text}: {told}");
        // The same with one is good, where one is no wonder.
        if text.starts_with("[limits]") || text.starts_with("[budget]") {
            let with_one = text.replace("= 0", "= 1");
            assert!(of_file(&with_one).is_ok(), "{with_one}");
        }
    }
    let common = Common::default();
    let none = |name: &str| (name == "KAUCIM_STREAMS_PER_USER").then(|| "0".to_owned());
    let environment = Environment::from_lookup(none);
    assert!(Configuration::settle(&common, &Serve::default(), &environment).is_err());
}

#[test]
fn the_keys_of_an_identity_provider_are_looked_at_and_believed_for_a_time() {
    let identity = |more: &str| {
        let text = format!(
            "[identity]\nissuer = \"i\"\naudience = \"a\"\njwks_file = \"keys.json\"\n{more}"
        );
        of_file(&text).map(|settled| settled.identity.expect("one").pause.as_secs())
    };
    assert_eq!(identity(""), Ok(45));
    assert_eq!(identity("refresh = 3600"), Ok(3600));
    for wrong in [
        "refresh = 0",
        "refresh = 3601",
        "keep_keys = 89",
        "keep_keys = 604801",
        "refresh = 600\nkeep_keys = 900",
    ] {
        assert!(
            identity(wrong).expect_err(wrong).contains("set "),
            "{wrong}"
        );
    }
}

#[test]
fn sites_that_show_the_page_are_named_as_browsers_name_them() {
    let named = |site: &str| of_file(&format!("[embed]\nframe_ancestors = [\"{site}\"]"));
    let sites = named("https://temple.example").map(|settled| settled.web.frame_ancestors);
    assert_eq!(sites, Ok(vec!["https://temple.example".to_owned()]));
    for site in [
        "*",
        "'self'",
        "https://*.example",
        "https://temple.example/",
        "temple.example",
    ] {
        let told = named(site).map(|_| ()).expect_err(site);
        assert!(told.contains("embed.frame_ancestors"), "{told}");
    }
    let none = of_file("").map(|settled| settled.web.frame_ancestors);
    assert_eq!(none, Ok(Vec::new()), "nobody, unless it is written down");
}

#[test]
fn a_public_address_is_written_as_browsers_have_it() {
    let public = |text: &str| {
        let settled = of_file(&format!("public_url = \"{text}\""));
        settled.map(|settled| settled.web.public_url.expect("one"))
    };
    for (text, written) in [
        ("https://Temple.example:443/", "https://temple.example"),
        ("http://寺.example/lots/", "http://xn--det.example/lots"),
    ] {
        assert_eq!(public(text).as_deref(), Ok(written));
    }
    for wrong in [
        "temple.example",
        "ftp://temple.example",
        "https://mei@temple.example",
        "https://temple.example/?a",
        "https://temple.example/#a",
    ] {
        assert!(public(wrong).is_err(), "{wrong}");
    }
}
