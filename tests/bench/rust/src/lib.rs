//! bench.Echo on ttrpc for Rust, asynchronous: what its code generator, which Debian does not have, would write.

include!(concat!(env!("OUT_DIR"), "/mod.rs"));

/// Unary methods only: this version has no streams.
pub mod echo {
    use std::collections::HashMap;
    use std::sync::Arc;

    use async_trait::async_trait;
    use protobuf::{CodedInputStream, CodedOutputStream, Message};
    use ttrpc::asynchronous::{MethodHandler, TtrpcContext};

    use super::bench;

    #[derive(Clone)]
    pub struct EchoClient {
        client: ttrpc::asynchronous::Client,
    }

    impl EchoClient {
        pub fn new(client: ttrpc::asynchronous::Client) -> Self {
            EchoClient { client }
        }

        pub async fn say(&mut self, ctx: ttrpc::context::Context, req: &bench::Data) -> ttrpc::Result<bench::Data> {
            let mut cres = bench::Data::new();
            ttrpc::async_client_request!(self, ctx, req, "bench.Echo", "Say", cres);
        }
    }

    #[async_trait]
    pub trait Echo: Sync {
        async fn say(&self, ctx: &TtrpcContext, req: bench::Data) -> ttrpc::Result<bench::Data>;
    }

    struct SayMethod {
        service: Arc<Box<dyn Echo + Send + Sync>>,
    }

    #[async_trait]
    impl MethodHandler for SayMethod {
        async fn handler(&self, ctx: TtrpcContext, req: ttrpc::Request) -> ttrpc::Result<(u32, Vec<u8>)> {
            ttrpc::async_request_handler!(self, ctx, req, bench, Data, say);
        }
    }

    pub fn create_echo(
        service: Arc<Box<dyn Echo + Send + Sync>>,
    ) -> HashMap<String, Box<dyn MethodHandler + Send + Sync>> {
        let say = Box::new(SayMethod { service }) as Box<dyn MethodHandler + Send + Sync>;

        HashMap::from([("/bench.Echo/Say".to_string(), say)])
    }
}
