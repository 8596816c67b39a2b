// demo.Echo on gRPC, with its unary method only; and a caller of it, since its wire is another one.
//
//     echo PATH            serves
//     echo PATH CALLS      calls
#include <cstdlib>
#include <memory>
#include <string>

#include <grpcpp/grpcpp.h>

#include "echo.grpc.pb.h"

namespace {

class Echo final : public demo::Echo::Service {
    grpc::Status Say(grpc::ServerContext *, const demo::SayRequest *request, demo::SayReply *reply) override
    {
        reply->set_text(request->text());
        return grpc::Status::OK;
    }
};

int serve(const std::string &address)
{
    Echo echo;
    grpc::ServerBuilder builder;

    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(&echo);
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server)
        return 1;
    server->Wait();
    return 0;
}

int call(const std::string &address, int n_calls)
{
    auto echo = demo::Echo::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));

    for (int i = 0; i < n_calls; i++) {
        grpc::ClientContext context;
        demo::SayRequest request;
        demo::SayReply reply;

        request.set_text("hello, enclave");
        if (!echo->Say(&context, request, &reply).ok() || reply.text() != request.text())
            return 1;
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2 && argc != 3)
        return 2;
    const std::string address = std::string("unix:") + argv[1];
    return argc == 2 ? serve(address) : call(address, std::atoi(argv[2]));
}
