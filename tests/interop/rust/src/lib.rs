//! The messages of demo.Echo and interop.Trial, and what server and client share.

include!(concat!(env!("OUT_DIR"), "/mod.rs"));

use protobuf::Message;

/// The message in a payload.
pub fn unpack<M: Message>(payload: &[u8]) -> ttrpc::Result<M> {
    M::parse_from_bytes(payload)
        .map_err(|e| ttrpc::Error::RpcStatus(ttrpc::get_status(ttrpc::Code::INTERNAL, e)))
}

pub fn pack<M: Message>(message: &M) -> Vec<u8> {
    message.write_to_bytes().expect("a message that can be encoded")
}
