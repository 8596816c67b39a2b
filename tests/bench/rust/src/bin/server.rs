//! The benchmark's service on ttrpc for Rust, its asynchronous server, on tokio's threads.
//!
//!     server unix://PATH
//!
//! The socket is made here: see tests/interop/rust.

use std::os::unix::io::IntoRawFd;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

use echo::bench::Data;
use echo::echo::{create_echo, Echo};
use ttrpc::asynchronous::{Server, TtrpcContext};

struct Service;

#[async_trait::async_trait]
impl Echo for Service {
    async fn say(&self, _ctx: &TtrpcContext, request: Data) -> ttrpc::Result<Data> {
        Ok(request)
    }
}

async fn serve(path: &str) -> ttrpc::Result<()> {
    let listener = UnixListener::bind(path).expect("a path to listen on").into_raw_fd();
    let service = Arc::new(Box::new(Service) as Box<dyn Echo + Send + Sync>);
    let mut server =
        Server::new().set_domain_unix().add_listener(listener)?.register_service(create_echo(service));

    server.start().await?;
    std::future::pending().await
}

fn main() -> ttrpc::Result<()> {
    let address = std::env::args().nth(1).expect("usage: server unix://PATH");
    let path = address.strip_prefix("unix://").expect("unix://PATH");

    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(serve(path))
}
