//! The Rust side of the interop tests as a server: demo.Echo and interop.Trial, on either server of ttrpc for Rust.
//!
//!     server sync|async PATH
//!
//! The socket is made here: ttrpc's own bind() makes abstract ones only, wants SO_REUSEPORT, which newer kernels refuse
//! for unix sockets, and in Debian's build, on nix 0.26, hands the kernel an address that it refuses.

use std::collections::HashMap;
use std::os::unix::io::{IntoRawFd, RawFd};
use std::os::unix::net::UnixListener;
use std::time::Duration;

use interop::echo::{SayReply, SayRequest};
use interop::interop as trial;
use interop::{pack, unpack};
use protobuf::{ProtobufEnum, RepeatedField};
use ttrpc::{get_status, Code, Error, Request, Response, Result, Status};

const PATHS: [&str; 6] = [
    "/demo.Echo/Say",
    "/interop.Trial/Fail",
    "/interop.Trial/Sleep",
    "/interop.Trial/TimeLeft",
    "/interop.Trial/Metadata",
    "/interop.Trial/Big",
];

fn fail(request: &Request) -> Result<Vec<u8>> {
    let wanted: trial::FailRequest = unpack(&request.payload)?;
    let code = Code::from_i32(wanted.code).unwrap_or(Code::UNKNOWN);
    let mut status: Status = get_status(code, &wanted.message);

    if !wanted.detail_type_url.is_empty() {
        let detail = ttrpc::ttrpc::Any {
            type_url: wanted.detail_type_url,
            value: wanted.detail_value,
            ..Default::default()
        };
        status.set_details(RepeatedField::from_vec(vec![detail]));
    }
    Err(Error::RpcStatus(status))
}

fn time_left(request: &Request) -> Vec<u8> {
    let mut reply = trial::TimeLeftReply::new();

    reply.time_left_ms = if request.timeout_nano == 0 { -1 } else { request.timeout_nano / 1_000_000 };
    pack(&reply)
}

fn metadata(request: &Request) -> Result<Vec<u8>> {
    let wanted: trial::MetadataRequest = unpack(&request.payload)?;
    let mut pairs = ttrpc::context::from_pb(&request.metadata);
    let mut reply = trial::MetadataReply::new();

    reply.values = pairs.remove(&wanted.key.to_lowercase()).unwrap_or_default().into();
    Ok(pack(&reply))
}

/// Every method but Sleep, which waits in another way in each server.
fn answer(request: &Request) -> Result<Vec<u8>> {
    match request.method.as_str() {
        "Say" => {
            let said: SayRequest = unpack(&request.payload)?;
            Ok(pack(&SayReply { text: said.text, ..Default::default() }))
        }
        "Fail" => fail(request),
        "TimeLeft" => Ok(time_left(request)),
        "Metadata" => metadata(request),
        "Big" => {
            let wanted: trial::BigRequest = unpack(&request.payload)?;
            Ok(pack(&trial::BigReply { data: vec![0; wanted.data_len as usize], ..Default::default() }))
        }
        method => panic!("{} is registered and has no answer", method),
    }
}

fn time_to_sleep(request: &Request) -> Result<Duration> {
    let wanted: trial::SleepRequest = unpack(&request.payload)?;

    println!("sleeping");
    Ok(Duration::from_millis(wanted.time_ms.into()))
}

fn to_response(result: Result<Vec<u8>>) -> Response {
    let mut response = Response::new();

    match result {
        Ok(payload) => {
            response.set_status(get_status(Code::OK, ""));
            response.payload = payload;
        }
        Err(Error::RpcStatus(status)) => response.set_status(status),
        Err(error) => response.set_status(get_status(Code::UNKNOWN, error)),
    }
    response
}

struct Method;

impl Method {
    /// The synchronous server leaves the deadline to its handlers.
    fn sleep(request: &Request) -> Result<Vec<u8>> {
        let time = time_to_sleep(request)?;
        let limit = Duration::from_nanos(request.timeout_nano as u64);

        if !limit.is_zero() && limit < time {
            std::thread::sleep(limit);
            return Err(Error::RpcStatus(get_status(Code::DEADLINE_EXCEEDED, "the handler looked at its watch")));
        }
        std::thread::sleep(time);
        Ok(Vec::new())
    }
}

impl ttrpc::MethodHandler for Method {
    fn handler(&self, ctx: ttrpc::TtrpcContext, request: Request) -> Result<()> {
        let result = if request.method == "Sleep" { Self::sleep(&request) } else { answer(&request) };
        ttrpc::response_to_channel(ctx.mh.stream_id, to_response(result), ctx.res_tx)
    }
}

#[async_trait::async_trait]
impl ttrpc::asynchronous::MethodHandler for Method {
    async fn handler(&self, ctx: ttrpc::asynchronous::TtrpcContext, request: Request) -> Result<(u32, Vec<u8>)> {
        let result = if request.method == "Sleep" {
            tokio::time::sleep(time_to_sleep(&request)?).await;
            Ok(Vec::new())
        } else {
            answer(&request)
        };
        let body = ttrpc::asynchronous::convert_response_to_buf(to_response(result))?;
        Ok((ctx.mh.stream_id, body))
    }
}

fn serve_sync(listener: RawFd) -> Result<()> {
    let methods = PATHS.map(|path| (path.to_string(), Box::new(Method) as Box<dyn ttrpc::MethodHandler + Send + Sync>));
    let mut server = ttrpc::Server::new().add_listener(listener)?.register_service(HashMap::from(methods));

    server.start()?;
    println!("listening");
    loop {
        std::thread::park();
    }
}

async fn serve_async(listener: RawFd) -> Result<()> {
    let methods = PATHS.map(|path| {
        (path.to_string(), Box::new(Method) as Box<dyn ttrpc::asynchronous::MethodHandler + Send + Sync>)
    });
    let mut server = ttrpc::asynchronous::Server::new()
        .set_domain_unix()
        .add_listener(listener)?
        .register_service(HashMap::from(methods));

    server.start().await?;
    println!("listening");
    std::future::pending().await
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();

    match args[..] {
        ["sync", path] => serve_sync(listen(path)),
        ["async", path] => tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(serve_async(listen(path))),
        _ => panic!("usage: server sync|async PATH"),
    }
}

fn listen(path: &str) -> RawFd {
    UnixListener::bind(path).expect("a path to listen on").into_raw_fd()
}
