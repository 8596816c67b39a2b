//! The asynchronous client of ttrpc for Rust, measured by caller.c, whose threads wait for what tokio's do. Calls in
//! flight are tasks.

use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::io::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use echo::bench::Data;
use echo::echo::EchoClient;
use tokio::runtime::{Builder, Handle};

const AT_ONCE: usize = 64;

/// struct caller_peer
#[repr(C)]
struct Peer {
    open: extern "C" fn(*const c_char, usize) -> *mut c_void,
    call: extern "C" fn(*mut c_void),
    flight: extern "C" fn(*mut c_void, usize),
    up: Option<extern "C" fn(*mut c_void, usize)>,
    down: Option<extern "C" fn(*mut c_void, usize)>,
    close: extern "C" fn(*mut c_void),
    has_threads: bool,
}

#[link(name = "caller", kind = "static")]
extern "C" {
    fn caller_main(peer: *const Peer, argc: c_int, argv: *const *const c_char) -> c_int;
    fn caller_fail(what: *const c_char) -> !;
    fn caller_path(address: *const c_char) -> *const c_char;
}

/// Of the whole program.
static RUNTIME: Mutex<Option<Handle>> = Mutex::new(None);

struct Connection {
    runtime: Handle,
    client: EchoClient,
    request: Arc<Data>,
}

fn fail(what: &str) -> ! {
    let what = CString::new(what).unwrap_or_default();

    unsafe { caller_fail(what.as_ptr()) }
}

async fn say(client: &mut EchoClient, request: &Data) {
    match client.say(ttrpc::context::Context::default(), request).await {
        Ok(reply) if reply.data.len() == request.data.len() => (),
        Ok(_) => fail("the server answers something else"),
        Err(error) => fail(&error.to_string()),
    }
}

extern "C" fn open(address: *const c_char, size: usize) -> *mut c_void {
    let path = unsafe { CStr::from_ptr(caller_path(address)) }.to_str().expect("a path");
    let socket = UnixStream::connect(path).unwrap_or_else(|error| fail(&error.to_string())).into_raw_fd();
    let runtime = RUNTIME.lock().unwrap().clone().expect("a runtime");
    let _inside = runtime.enter();
    let client = EchoClient::new(ttrpc::asynchronous::Client::new(socket));
    let request = Arc::new(Data { data: vec![0; size], ..Default::default() });

    Box::into_raw(Box::new(Connection { runtime: runtime.clone(), client, request })).cast()
}

extern "C" fn call(connection: *mut c_void) {
    let connection = unsafe { &*connection.cast::<Connection>() };
    let mut client = connection.client.clone();

    connection.runtime.block_on(say(&mut client, &connection.request));
}

async fn call_while(left: Arc<AtomicI64>, mut client: EchoClient, request: Arc<Data>) {
    while left.fetch_sub(1, Ordering::Relaxed) > 0 {
        say(&mut client, &request).await;
    }
}

extern "C" fn flight(connection: *mut c_void, n_calls: usize) {
    let connection = unsafe { &*connection.cast::<Connection>() };
    let left = Arc::new(AtomicI64::new(n_calls as i64));
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|_| (left.clone(), connection.client.clone(), connection.request.clone()))
        .map(|(left, client, request)| connection.runtime.spawn(call_while(left, client, request)))
        .collect();

    for task in tasks {
        connection.runtime.block_on(task).unwrap_or_else(|error| fail(&error.to_string()));
    }
}

extern "C" fn close(connection: *mut c_void) {
    drop(unsafe { Box::from_raw(connection.cast::<Connection>()) });
}

fn main() {
    let runtime = Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<_> = std::env::args().map(|argument| CString::new(argument).expect("an argument")).collect();
    let argv: Vec<_> = arguments.iter().map(|argument| argument.as_ptr()).chain([std::ptr::null()]).collect();
    let peer = Peer { open, call, flight, up: None, down: None, close, has_threads: true };

    *RUNTIME.lock().unwrap() = Some(runtime.handle().clone());
    std::process::exit(unsafe { caller_main(&peer, arguments.len() as c_int, argv.as_ptr()) });
}
