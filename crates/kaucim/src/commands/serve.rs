//! `kaucim serve`: the page and the API, until a signal.

use std::{
    convert::Infallible,
    io::{self, ErrorKind},
    sync::Arc,
};

use kaucim_fortune::FortuneSystem;
use kaucim_server::{App, Tls};
use kaucim_tasks::{Accounts, FolderLock, Tasks};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::{key::not_changed, make_folder, open_library, open_store};
use crate::{
    certificate::Certificate,
    configuration::{Configuration, Identity, Settled, Sources},
    embeddings,
    exit::Failed,
    identity, models, output,
    reload::{Watch, settings},
    telemetry::{Exporter, Spans},
};

pub(super) async fn run(sources: Sources, spans: Option<Spans>) -> Result<(), Failed> {
    let settled = sources.settle()?;
    let collector = settled.configuration.telemetry.traces.clone();
    let exporter = collector.zip(spans);
    let exporter = exporter.map(|(collector, spans)| Exporter::start(collector, spans));
    let exporter = exporter.transpose()?;
    let served = Box::pin(serve(sources, settled)).await;
    // What has ended until now is sent.
    if let Some(exporter) = exporter {
        exporter.stop().await;
    }
    served
}

async fn serve(sources: Sources, settled: Settled) -> Result<(), Failed> {
    let configuration = settled.configuration.clone();
    open_many_files();
    let certificate = configuration.certificate.clone();
    let tls = shown(certificate.as_ref())?;
    let mut served_as = server_settings(&configuration, tls.clone());
    let tasks_as = task_settings(&configuration);
    let listener = listen(&configuration.listen).await?;
    let address = listener.local_addr().map_err(anyhow::Error::from)?;
    // Before the database is touched, which a newer version would change for an older one.
    make_folder(&configuration.data_dir)?;
    let _lock = take_lock(&configuration)?;
    let store = open_store(&configuration).await?;
    let mut watch =
        Watch::begin(configuration.data_dir.join("decks")).map_err(anyhow::Error::from)?;
    let (library, faults) = open_library(&configuration);
    watch.tell_first(&library, &faults);
    let chosen = models::choose(configuration.models).await?;
    if chosen.models.is_empty() && !configuration.reading.classic {
        return Err(Failed::NoModel {
            message: "no model was found, and classic readings are switched off".to_owned(),
            hint: Some("run `kaucim doctor`, or set `classic = true`".to_owned()),
        });
    }
    output::tell(&chosen.why);
    let embedder = configuration.embeddings.as_ref();
    let embedder = embedder.map(embeddings::embedder).transpose()?;
    let mut fortune = FortuneSystem::new(library.clone(), chosen.models, configuration.reading);
    if let Some(embedder) = &embedder {
        fortune = fortune.with_embedder(Arc::clone(embedder));
    }
    let keeper = embedder.map(|embedder| {
        embeddings::Keeper::start(library.clone(), embedder, &configuration.data_dir)
    });
    let accounts = Accounts::new(store.clone());
    let first_key = accounts.create_first_key().await.map_err(not_changed)?;
    let tasks = Tasks::start(store, fortune.clone(), tasks_as).await?;
    let warm = fortune.clone();
    let identity = believe(configuration.identity, &mut served_as).await?;
    let recording = accounts.clone();
    let settings = settings::Watch::begin(sources, settled).map_err(anyhow::Error::from)?;
    let takers = (tasks.clone(), accounts.clone());
    let app = App::new(tasks, accounts, fortune, served_as);
    let takers = settings::Takers {
        app: app.clone(),
        tasks: takers.0,
        accounts: takers.1,
    };
    let ended = ended()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    announce(&format!("{scheme}://{address}"), first_key.as_deref())?;
    // No reading waits for it: one that comes sooner does the same for itself.
    let warming = tokio::task::spawn_blocking(move || warm.warm_up());
    let serving = Box::pin(kaucim_server::serve(listener, app, ended));
    let served = tokio::select! {
        served = serving => served.map_err(anyhow::Error::from),
        Err(error) = Box::pin(watch.run(library, recording)) => Err(anyhow::Error::from(error)),
        never = settings.run(takers) => match never {},
        Err(error) = keep(certificate, tls) => Err(anyhow::Error::from(error)),
    };
    if let Some(keeper) = keeper {
        keeper.stop().await;
    }
    if let Some(identity) = identity {
        identity.stop().await;
    }
    warming.await.map_err(anyhow::Error::from)?;
    served?;
    Ok(())
}

fn shown(certificate: Option<&Certificate>) -> Result<Option<Tls>, Failed> {
    let tls = certificate.map(Certificate::load).transpose();
    tls.map_err(|error| Failed::usage(format!("{error:#}"), "see [tls] in the configuration file"))
}

fn task_settings(configuration: &Configuration) -> kaucim_tasks::Settings {
    kaucim_tasks::Settings {
        workers: configuration.workers,
        limits: configuration.limits.clone(),
        budgets: configuration.budgets,
        reading_time: configuration.reading_time,
        keep_finished: configuration.keep_finished,
        is_alone: configuration.database.is_none(),
        ..kaucim_tasks::Settings::default()
    }
}

fn server_settings(configuration: &Configuration, tls: Option<Tls>) -> kaucim_server::Settings {
    let values = |origins: &[String]| origins.iter().filter_map(|one| one.parse().ok()).collect();
    kaucim_server::Settings {
        guests: configuration.guests,
        admin_page: configuration.admin_page,
        streams_per_account: configuration.streams_per_account,
        rates: configuration.rates,
        proxies: configuration.proxies.clone(),
        allowed_origins: values(&configuration.web.allowed_origins),
        frame_ancestors: values(&configuration.web.frame_ancestors),
        public_url: configuration.web.public_url.clone(),
        connections: configuration.connections,
        connections_per_address: configuration.connections_per_address,
        tls,
        ..kaucim_server::Settings::default()
    }
}

/// Believes the identity provider that is configured, if there is one, and looks after its keys.
async fn believe(
    configured: Option<Identity>,
    settings: &mut kaucim_server::Settings,
) -> Result<Option<identity::Keeper>, Failed> {
    let Some(Identity {
        issuer,
        keys,
        pause,
        keep_keys: _,
    }) = configured
    else {
        return Ok(None);
    };
    let keeper = identity::Keeper::start(keys, issuer.keys.clone(), pause).await;
    let keeper = keeper.map_err(|error| {
        Failed::usage(
            format!("{error:#}"),
            "see [identity] in the configuration file",
        )
    })?;
    settings.issuer = Some(Arc::new(issuer));
    Ok(Some(keeper))
}

/// Looks after the certificate, where there is one. It never ends by itself.
async fn keep(certificate: Option<Certificate>, tls: Option<Tls>) -> io::Result<Infallible> {
    match certificate.zip(tls) {
        Some((certificate, tls)) => certificate.keep(tls).await,
        None => std::future::pending().await,
    }
}

/// Every reader and every call to a model is an open file, and the usual limit is a thousand.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, most) {
        tracing::debug!(error = %error, "the limit of open files stays as it is");
    }
}

async fn listen(address: &str) -> Result<TcpListener, Failed> {
    TcpListener::bind(address).await.map_err(|error| {
        let message = format!("could not listen on {address}: {error}");
        let hint = Some("choose another address with --listen, such as 127.0.0.1:8001".to_owned());
        match error.kind() {
            ErrorKind::AddrInUse => Failed::AddressInUse { message, hint },
            _ => Failed::Usage { message, hint },
        }
    })
}

/// Takes the data folder, but where the database is a server's: that is for several.
fn take_lock(configuration: &Configuration) -> Result<Option<FolderLock>, Failed> {
    if configuration.database.is_some() {
        return Ok(None);
    }
    let folder = configuration.data_dir.display();
    match FolderLock::take(&configuration.data_dir) {
        Ok(Some(lock)) => Ok(Some(lock)),
        Ok(None) => Err(Failed::Storage {
            message: format!("another server uses the data folder {folder}"),
            hint: Some("stop it, or choose another folder with --data-dir".to_owned()),
        }),
        Err(error) => Err(Failed::Storage {
            message: format!("could not lock the data folder {folder}: {error}"),
            hint: Some("choose a folder that can be written with --data-dir".to_owned()),
        }),
    }
}

/// One line on standard output when questions are taken; the first key for people, apart.
fn announce(address: &str, first_key: Option<&str>) -> Result<(), Failed> {
    if let Some(key) = first_key {
        output::tell(&format!(
            "your bearer token, shown this once: {key}\n  \
             (make another with `kaucim key create --name NAME`)"
        ));
    }
    output::print(&format!("kaucim listens on {address}\n"))?;
    Ok(())
}

/// Resolves on the first SIGTERM or SIGINT.
fn ended() -> Result<impl Future<Output = ()>, Failed> {
    let mut terminate = signal(SignalKind::terminate()).map_err(anyhow::Error::from)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(anyhow::Error::from)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending: streams close, readings go on at the next start");
    })
}
