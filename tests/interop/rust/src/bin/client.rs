//! The Rust side of the interop tests as a client: one case against a server that is not its own, on either client of
//! ttrpc for Rust.
//!
//!     client sync|async PATH CASE
//!
//! The connection is made here: ttrpc's own connect() looks in the abstract namespace only, and Debian's build of it,
//! on nix 0.26, hands the kernel an address that it refuses.

use std::io::BufRead;
use std::os::unix::io::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{channel, Receiver};
use std::time::Duration;

use interop::echo::{SayReply, SayRequest};
use interop::interop as trial;
use interop::{pack, unpack};
use protobuf::Message;
use tokio::runtime::{Builder, Handle, Runtime};
use ttrpc::context::{self, Context};
use ttrpc::{Code, Error, Request, Response};

const MIB: usize = 1 << 20;
const PATIENT: Duration = Duration::from_secs(120); // for calls that are to be answered, on a machine of any load
const SHORT: Duration = Duration::from_millis(300);

type Outcome = Result<(), String>;

/// Each thread has a clone; all of them are on one connection.
#[derive(Clone)]
enum Client {
    Sync(ttrpc::Client),
    Async(Handle, ttrpc::asynchronous::Client),
}

impl Client {
    fn open(kind: &str, path: &str) -> Client {
        let fd = UnixStream::connect(path).expect("a server").into_raw_fd();

        match kind {
            "sync" => Client::Sync(ttrpc::Client::new(fd)),
            "async" => {
                let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
                let runtime: &'static Runtime = Box::leak(Box::new(runtime)); // until the process ends
                let _inside = runtime.enter();

                Client::Async(runtime.handle().clone(), ttrpc::asynchronous::Client::new(fd))
            }
            _ => panic!("there is no client '{}'", kind),
        }
    }

    fn has_clock(&self) -> bool {
        matches!(self, Client::Sync(_))
    }

    fn request(&self, request: Request) -> ttrpc::Result<Response> {
        match self {
            Client::Sync(client) => client.request(request),
            Client::Async(runtime, client) => runtime.block_on(client.clone().request(request)),
        }
    }

    fn call<M: Message, R: Message>(&self, path: &str, context: Context, message: &M) -> ttrpc::Result<R> {
        let (service, method) = path.split_once('/').expect("service/method");
        let mut request = Request::new();

        request.set_service(service.to_string());
        request.set_method(method.to_string());
        request.set_timeout_nano(context.timeout_nano);
        request.set_metadata(context::to_pb(context.metadata));
        request.set_payload(pack(message));
        unpack(&self.request(request)?.payload)
    }

    fn trial<M: Message, R: Message>(&self, method: &str, message: &M) -> ttrpc::Result<R> {
        self.call(&format!("interop.Trial/{}", method), within(PATIENT), message)
    }

    fn echo(&self, text: &str) -> ttrpc::Result<()> {
        let request = SayRequest { text: text.to_string(), ..Default::default() };
        let reply: SayReply = self.call("demo.Echo/Say", within(PATIENT), &request)?;

        assert!(reply.text == text, "{} bytes said, {} other bytes came back", text.len(), reply.text.len());
        Ok(())
    }

    /// Wants this code, and after it a connection that still works.
    fn expect<R>(&self, result: ttrpc::Result<R>, code: Code, text: &str) -> Outcome {
        match result {
            Ok(_) => return Err(format!("wanted {:?}, got a reply", code)),
            Err(Error::RpcStatus(status)) if status.code == code && status.message.contains(text) => (),
            Err(error) => return Err(format!("wanted {:?} with '{}', got: {}", code, text, error)),
        }
        says(self.echo("still here"))
    }
}

fn within(time: Duration) -> Context {
    context::with_timeout(time.as_nanos() as i64)
}

fn says<T>(result: ttrpc::Result<T>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

fn nothing() -> trial::Nothing {
    trial::Nothing::new()
}

fn long_sleep() -> trial::SleepRequest {
    trial::SleepRequest { time_ms: 60_000, ..Default::default() }
}

fn reply_too_large(client: &Client) -> Outcome {
    let request = trial::BigRequest { data_len: 5 * MIB as u32, ..Default::default() };
    let result: ttrpc::Result<trial::BigReply> = client.trial("Big", &request);

    client.expect(result, Code::RESOURCE_EXHAUSTED, "")
}

fn unknown_service(client: &Client) -> Outcome {
    let result: ttrpc::Result<trial::Nothing> = client.call("interop.Absent/Say", within(PATIENT), &nothing());

    client.expect(result, Code::UNIMPLEMENTED, "interop.Absent")
}

fn unknown_method(client: &Client) -> Outcome {
    let result: ttrpc::Result<trial::Nothing> = client.trial("Nonesuch", &nothing());

    client.expect(result, Code::UNIMPLEMENTED, "Nonesuch")
}

fn failure(client: &Client) -> Outcome {
    let request = trial::FailRequest {
        code: Code::FAILED_PRECONDITION as i32,
        message: "not today".to_string(),
        ..Default::default()
    };
    let result: ttrpc::Result<trial::Nothing> = client.trial("Fail", &request);

    client.expect(result, Code::FAILED_PRECONDITION, "not today")
}

/// One number starts both clocks, the server's and, in the synchronous client, this side's.
fn deadline(client: &Client) -> Outcome {
    let result: ttrpc::Result<trial::Nothing> = client.call("interop.Trial/Sleep", within(SHORT), &long_sleep());

    match result {
        Err(Error::Others(text)) if client.has_clock() && text.contains("timed out") => says(client.echo("still here")),
        other => client.expect(other, Code::DEADLINE_EXCEEDED, ""),
    }
}

fn deadline_travels(client: &Client) -> Outcome {
    let reply: trial::TimeLeftReply = says(client.trial("TimeLeft", &nothing()))?;
    let left = reply.time_left_ms;

    if left <= 0 || left > PATIENT.as_millis() as i64 {
        return Err(format!("{} ms left of {:?}", left, PATIENT));
    }
    Ok(())
}

fn metadata(client: &Client) -> Outcome {
    let request = trial::MetadataRequest { key: "trace-ID".to_string(), ..Default::default() };
    let mut context = within(PATIENT);

    context.set("Trace-Id".to_string(), vec!["first".to_string(), "second".to_string()]);
    context.set("other".to_string(), vec!["third".to_string()]);
    let reply: trial::MetadataReply = says(client.call("interop.Trial/Metadata", context, &request))?;
    if reply.values.to_vec() != ["first", "second"] {
        return Err(format!("the server saw {:?}", reply.values));
    }
    Ok(())
}

fn at_once(client: &Client) -> Outcome {
    const CALLS: usize = 64;
    let start = std::sync::Barrier::new(CALLS);
    let start = &start;

    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|i| {
                let client = client.clone();
                scope.spawn(move || {
                    start.wait();
                    says(client.echo(&format!("call {} {}", i, "x".repeat(i * 100))))
                })
            })
            .collect();
        calls.into_iter().try_for_each(|call| call.join().expect("an echo"))
    })
}

fn wait_for(line: &str) -> Outcome {
    let mut said = String::new();

    std::io::stdin().lock().read_line(&mut said).map_err(|error| error.to_string())?;
    if said.trim_end() != line {
        return Err(format!("the test said '{}'", said));
    }
    Ok(())
}

fn refused<T>(result: ttrpc::Result<T>) -> Outcome {
    match result {
        Err(Error::Socket(_)) | Err(Error::Others(_)) => Ok(()),
        Err(error) => Err(format!("wanted an end of the connection, got: {}", error)),
        Ok(_) => Err("a dead server answered".to_string()),
    }
}

fn ends(pending: &Receiver<ttrpc::Result<trial::Nothing>>) -> Outcome {
    refused(pending.recv().map_err(|error| error.to_string())?)
}

/// A call is in flight until the test has killed the server and says so. The asynchronous client tells it nothing: what
/// ends it is a later call, which finds that nothing can be written.
fn server_killed(client: &Client) -> Outcome {
    let (tell, pending) = channel();
    let sleeper = client.clone();

    std::thread::scope(|scope| {
        scope.spawn(move || tell.send(sleeper.trial("Sleep", &long_sleep())).expect("somebody who waits"));
        wait_for("killed")?;
        if client.has_clock() {
            ends(&pending)?;
        }
        refused(client.echo("anybody there?"))?;
        if !client.has_clock() {
            ends(&pending)?;
        }
        Ok(())
    })
}

/// Does not live to see its call end.
fn caller_killed(client: &Client) -> Outcome {
    let result: ttrpc::Result<trial::Nothing> = client.call("interop.Trial/Sleep", within(10 * SHORT), &long_sleep());

    wait_for("never said")?;
    Err(format!("nobody killed this client; its call: {:?}", result))
}

fn run(client: &Client, case: &str) -> Outcome {
    match case {
        "ok" => says(client.echo("hello from Rust: \u{e4}\u{20ac}")),
        "empty" => says(client.echo("")),
        "large" => says(client.echo(&"3 MiB...".repeat(3 * MIB / 8))),
        "request-too-large" => {
            client.expect(client.echo(&"5 MiB...".repeat(5 * MIB / 8)), Code::RESOURCE_EXHAUSTED, "")
        }
        "reply-too-large" => reply_too_large(client),
        "unknown-service" => unknown_service(client),
        "unknown-method" => unknown_method(client),
        "failure" => failure(client),
        "deadline" => deadline(client),
        "server-deadline" if !client.has_clock() => deadline(client),
        "deadline-travels" => deadline_travels(client),
        "metadata" => metadata(client),
        "at-once" => at_once(client),
        "server-killed" => server_killed(client),
        "caller-killed" => caller_killed(client),
        _ => Err("there is no such case".to_string()),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [kind, path, case] = match &args[..] {
        [kind, path, case] => [kind, path, case],
        _ => panic!("usage: client sync|async PATH CASE"),
    };

    if let Err(text) = run(&Client::open(kind, path), case) {
        eprintln!("client: {}: {}", case, text);
        std::process::exit(1);
    }
}
