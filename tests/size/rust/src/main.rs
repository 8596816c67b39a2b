//! demo.Echo on ttrpc for Rust, its synchronous server, with its unary method only.
//!
//!     echo PATH
//!
//! The socket is made here: see tests/interop/rust.

include!(concat!(env!("OUT_DIR"), "/mod.rs"));

use std::collections::HashMap;
use std::os::unix::io::IntoRawFd;
use std::os::unix::net::UnixListener;

use echo::{SayReply, SayRequest};
use protobuf::Message;
use ttrpc::{get_status, Code, Request, Response, Result};

struct Say;

fn say(request: &Request) -> Response {
    let mut response = Response::new();

    match SayRequest::parse_from_bytes(&request.payload) {
        Ok(said) => {
            let reply = SayReply { text: said.text, ..Default::default() };
            response.set_status(get_status(Code::OK, ""));
            response.payload = reply.write_to_bytes().expect("a message that can be encoded");
        }
        Err(error) => response.set_status(get_status(Code::INTERNAL, error)),
    }
    response
}

impl ttrpc::MethodHandler for Say {
    fn handler(&self, ctx: ttrpc::TtrpcContext, request: Request) -> Result<()> {
        ttrpc::response_to_channel(ctx.mh.stream_id, say(&request), ctx.res_tx)
    }
}

fn main() -> Result<()> {
    let path = std::env::args().nth(1).expect("usage: echo PATH");
    let listener = UnixListener::bind(path).expect("a path to listen on").into_raw_fd();
    let method = Box::new(Say) as Box<dyn ttrpc::MethodHandler + Send + Sync>;
    let methods = HashMap::from([("/demo.Echo/Say".to_string(), method)]);
    let mut server = ttrpc::Server::new().add_listener(listener)?.register_service(methods);

    server.start()?;
    loop {
        std::thread::park();
    }
}
