//! A PostgreSQL of one test, which can be killed and started again.

use std::{os::unix::fs::PermissionsExt, path::PathBuf, process::Command};

use tempfile::TempDir;

/// It listens on a socket in its folder.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    as_root: bool,
}

impl Postgres {
    /// Makes one and starts it; it is installed where it is missing.
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/need-postgresql");
        let programs = said(Command::new(script));
        let folder = TempDir::with_prefix("kaucim-postgresql").expect("a temporary folder");
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).expect("the folder is ours");
        let as_root = said({
            let mut id = Command::new("id");
            id.arg("-u");
            id
        }) == "0";
        if as_root {
            let mut chown = Command::new("chown");
            chown.arg("postgres").arg(folder.path());
            said(chown);
        }
        let postgres = Self {
            folder,
            programs: PathBuf::from(programs),
            as_root,
        };
        let mut make = postgres.program("initdb");
        make.arg("-D").arg(postgres.data());
        make.args([
            "-U",
            "kaucim",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        said(make);
        postgres.start_again();
        postgres
    }

    pub(crate) fn start_again(&self) {
        let folder = self.folder.path().display();
        let mut start = self.control();
        start.arg("-l").arg(self.folder.path().join("log"));
        start.args([
            "-o",
            &format!("-k {folder} -c listen_addresses='' -c fsync=off"),
            "start",
        ]);
        // It inherits what it is given, so that nobody may wait for the end of that.
        start
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        assert!(start.status().expect("pg_ctl").success(), "it starts");
    }

    /// As if it had been killed: what was not committed is gone.
    pub(crate) fn crash(&self) {
        let mut stop = self.control();
        stop.args(["-m", "immediate", "stop"]);
        said(stop);
    }

    /// The first cell of an answer.
    pub(crate) fn ask(&self, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.arg("-h").arg(self.folder.path());
        psql.args(["-U", "kaucim", "-d", "postgres", "-qtAc", sql]);
        said(psql)
    }

    /// As `--database` takes it.
    pub(crate) fn url(&self) -> String {
        let folder = self.folder.path().display();
        format!("postgres:///postgres?host={folder}&user=kaucim&connections=8")
    }

    fn control(&self) -> Command {
        let mut control = self.program("pg_ctl");
        control.arg("-w").arg("-D").arg(self.data());
        control
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// It refuses to run as root.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if self.as_root {
            let mut other = Command::new("runuser");
            other.args(["-u", "postgres", "--"]).arg(program);
            other
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.control();
        stop.args(["-m", "immediate", "stop"]);
        // It may be down already.
        let _ = stop.output();
    }
}

/// What a program prints when all is well.
fn said(mut command: Command) -> String {
    let output = command.output().expect("the program is there");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
