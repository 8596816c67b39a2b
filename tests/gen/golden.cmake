# What the generator writes must be what lies in golden/, byte for byte. To change it on purpose, generate into golden/:
#     protoc -Itests/gen/protos -Iproto --plugin=protoc-gen-eyelet=PATH --eyelet_out=tests/gen/golden \
#         --eyelet_opt=import=google/protobuf/descriptor.proto,import=google/protobuf/empty.proto FILE...
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT})
execute_process(
    COMMAND ${PROTOC} -I${CMAKE_CURRENT_LIST_DIR}/protos -I${PROTO_DIR} -I${PROTOBUF_C_IMPORT_DIR}
            --plugin=protoc-gen-eyelet=${PLUGIN} --eyelet_out=${OUT}
            --eyelet_opt=import=google/protobuf/descriptor.proto,import=google/protobuf/empty.proto ${PROTOS}
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "protoc failed: ${result}")
endif()

set(golden ${CMAKE_CURRENT_LIST_DIR}/golden)
file(GLOB_RECURSE expected RELATIVE ${golden} ${golden}/*.[ch])
file(GLOB_RECURSE written RELATIVE ${OUT} ${OUT}/*.[ch])
if(NOT expected STREQUAL written)
    message(FATAL_ERROR "expected the files ${expected}, got ${written}")
endif()
foreach(file IN LISTS expected)
    execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${golden}/${file} ${OUT}/${file} RESULT_VARIABLE differs)
    if(differs)
        message(SEND_ERROR "${OUT}/${file} differs from ${golden}/${file}")
    endif()
endforeach()
