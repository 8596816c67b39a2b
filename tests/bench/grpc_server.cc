// The benchmark's service on gRPC's synchronous server, as it comes.
//
//     grpc_server unix://PATH
#include <cstring>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"

namespace {

class Echo final : public bench::Echo::Service {
    grpc::Status Say(grpc::ServerContext *, const bench::Data *request, bench::Data *reply) override
    {
        reply->set_data(request->data());
        return grpc::Status::OK;
    }

    grpc::Status Up(grpc::ServerContext *, grpc::ServerReader<bench::Data> *reader, bench::Order *reply) override
    {
        bench::Data request;
        size_t size = 0;
        uint32_t count = 0;

        while (reader->Read(&request)) {
            if (count == 0)
                size = request.data().size();
            count += request.data().size() == size;
        }
        reply->set_count(count);
        return grpc::Status::OK;
    }

    grpc::Status Down(grpc::ServerContext *, const bench::Order *request,
                      grpc::ServerWriter<bench::Data> *writer) override
    {
        bench::Data reply;

        reply.set_data(std::string(request->size(), '\0'));
        for (uint32_t i = 0; i < request->count(); i++)
            if (!writer->Write(reply))
                return grpc::Status::CANCELLED;
        return grpc::Status::OK;
    }
};

} // namespace

int main(int argc, char **argv)
{
    Echo echo;
    grpc::ServerBuilder builder;

    if (argc != 2 || strncmp(argv[1], "unix://", 7) != 0)
        return 2;
    builder.AddListeningPort(std::string("unix:") + (argv[1] + 7), grpc::InsecureServerCredentials());
    builder.RegisterService(&echo);
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server)
        return 1;
    server->Wait();
    return 0;
}
