// The benchmark's service on Cap'n Proto.
//
//     capnp_server unix://PATH
#include <cstring>
#include <string>

#include <capnp/ez-rpc.h>
#include <capnp/message.h>

#include "bench.capnp.h"

namespace {

class EchoServer final : public Echo::Server {
    kj::Promise<void> say(SayContext context) override
    {
        auto data = context.getParams().getData();

        context.getResults(capnp::MessageSize{ data.size() / sizeof(capnp::word) + 16, 0 }).setData(data);
        return kj::READY_NOW;
    }

    kj::Promise<void> up(UpContext context) override
    {
        auto size = context.getParams().getData().size();

        if (n_up == 0)
            up_size = size;
        n_up += size == up_size;
        return kj::READY_NOW;
    }

    kj::Promise<void> count(CountContext context) override
    {
        context.getResults().setCount(n_up);
        n_up = 0;
        return kj::READY_NOW;
    }

    uint32_t n_up = 0;
    size_t up_size = 0;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2 || strncmp(argv[1], "unix://", 7) != 0)
        return 2;
    capnp::EzRpcServer server(kj::heap<EchoServer>(), std::string("unix:").append(argv[1] + 7).c_str());
    server.getPort().wait(server.getWaitScope()); // fails when it cannot listen
    kj::NEVER_DONE.wait(server.getWaitScope());
}
