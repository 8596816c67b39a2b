// gRPC's client: blocking calls; those in flight on a completion queue.
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"
#include "caller.h"

namespace {

struct Connection {
    std::unique_ptr<bench::Echo::Stub> echo;
    bench::Data request;
};

struct Flying {
    grpc::ClientContext context;
    bench::Data reply;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<bench::Data>> reader;
};

void check(const Connection &connection, const grpc::Status &status, const bench::Data &reply)
{
    if (!status.ok())
        caller_fail(status.error_message().c_str());
    if (reply.data().size() != connection.request.data().size())
        caller_fail("the server answers something else");
}

// Each with a connection of its own: channels of one address and the same arguments share one.
void *open_connection(const char *address, size_t size)
{
    auto *connection = new Connection;
    grpc::ChannelArguments arguments;

    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    connection->echo = bench::Echo::NewStub(grpc::CreateCustomChannel(
        std::string("unix:") + caller_path(address), grpc::InsecureChannelCredentials(), arguments));
    connection->request.set_data(std::string(size, '\0'));
    return connection;
}

void call(void *userdata)
{
    auto &connection = *static_cast<Connection *>(userdata);
    grpc::ClientContext context;
    bench::Data reply;

    check(connection, connection.echo->Say(&context, connection.request, &reply), reply);
}

void start(Connection &connection, grpc::CompletionQueue *queue)
{
    auto *flying = new Flying;

    flying->reader = connection.echo->AsyncSay(&flying->context, connection.request, queue);
    flying->reader->Finish(&flying->reply, &flying->status, flying);
}

void flight(void *userdata, size_t n_calls)
{
    auto &connection = *static_cast<Connection *>(userdata);
    grpc::CompletionQueue queue;
    size_t n_started = 0;
    void *tag;
    bool ok;

    while (n_started < n_calls && n_started < CALLER_AT_ONCE) {
        start(connection, &queue);
        n_started++;
    }
    for (size_t n = 0; n < n_calls && queue.Next(&tag, &ok); n++) {
        std::unique_ptr<Flying> flying(static_cast<Flying *>(tag));

        check(connection, flying->status, flying->reply);
        if (n_started < n_calls) {
            start(connection, &queue);
            n_started++;
        }
    }
}

void up(void *userdata, size_t n_messages)
{
    auto &connection = *static_cast<Connection *>(userdata);
    grpc::ClientContext context;
    bench::Order reply;
    auto writer = connection.echo->Up(&context, &reply);

    for (size_t i = 0; i < n_messages; i++)
        if (!writer->Write(connection.request))
            caller_fail("the server does not listen");
    writer->WritesDone();
    if (!writer->Finish().ok() || reply.count() != static_cast<uint32_t>(n_messages))
        caller_fail("messages were lost");
}

void down(void *userdata, size_t n_messages)
{
    auto &connection = *static_cast<Connection *>(userdata);
    grpc::ClientContext context;
    bench::Order order;
    bench::Data reply;
    size_t n = 0;

    order.set_count(static_cast<uint32_t>(n_messages));
    order.set_size(static_cast<uint32_t>(connection.request.data().size()));
    auto reader = connection.echo->Down(&context, order);
    for (; reader->Read(&reply); n++)
        check(connection, grpc::Status::OK, reply);
    if (!reader->Finish().ok() || n != n_messages)
        caller_fail("messages were lost");
}

void close_connection(void *userdata)
{
    delete static_cast<Connection *>(userdata);
}

} // namespace

int main(int argc, char **argv)
{
    const caller_peer peer = { open_connection, call, flight, up, down, close_connection, true };

    return caller_main(&peer, argc, argv);
}
