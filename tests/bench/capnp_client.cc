// Cap'n Proto's client. A connection belongs to the thread that opened it.
#include <deque>
#include <string>

#include <capnp/ez-rpc.h>
#include <capnp/message.h>

#include "bench.capnp.h"
#include "caller.h"

namespace {

struct Connection {
    Connection(const std::string &address, size_t size)
        : client(address.c_str(), 0, limits()), echo(client.getMain<Echo>()), data(kj::heapArray<kj::byte>(size))
    {
        memset(data.begin(), 0, size);
    }

    static capnp::ReaderOptions limits()
    {
        capnp::ReaderOptions options;

        options.traversalLimitInWords = 64 << 20;
        return options;
    }

    capnp::MessageSize room() const
    {
        return { data.size() / sizeof(capnp::word) + 16, 0 };
    }

    auto start()
    {
        auto request = echo.sayRequest(room());

        request.setData(data);
        return request.send();
    }

    template <typename Reply>
    void check(const Reply &reply)
    {
        if (reply.getData().size() != data.size())
            caller_fail("the server answers something else");
    }

    capnp::EzRpcClient client;
    Echo::Client echo;
    kj::Array<kj::byte> data;
};

void *open_connection(const char *address, size_t size)
{
    return new Connection(std::string("unix:") + caller_path(address), size);
}

void call(void *userdata)
{
    auto &connection = *static_cast<Connection *>(userdata);

    connection.check(connection.start().wait(connection.client.getWaitScope()));
}

void flight(void *userdata, size_t n_calls)
{
    auto &connection = *static_cast<Connection *>(userdata);
    std::deque<decltype(connection.start())> flying;
    size_t n_started = 0;

    for (; n_started < n_calls && n_started < CALLER_AT_ONCE; n_started++)
        flying.push_back(connection.start());
    for (size_t n = 0; n < n_calls; n++) {
        connection.check(flying.front().wait(connection.client.getWaitScope()));
        flying.pop_front();
        if (n_started < n_calls) {
            flying.push_back(connection.start());
            n_started++;
        }
    }
}

void up(void *userdata, size_t n_messages)
{
    auto &connection = *static_cast<Connection *>(userdata);
    auto &scope = connection.client.getWaitScope();

    for (size_t i = 0; i < n_messages; i++) {
        auto request = connection.echo.upRequest(connection.room());

        request.setData(connection.data);
        request.send().wait(scope);
    }
    if (connection.echo.countRequest().send().wait(scope).getCount() != static_cast<uint32_t>(n_messages))
        caller_fail("messages were lost");
}

void close_connection(void *userdata)
{
    delete static_cast<Connection *>(userdata);
}

} // namespace

int main(int argc, char **argv)
{
    const caller_peer peer = { open_connection, call, flight, up, nullptr, close_connection, false };

    return caller_main(&peer, argc, argv);
}
