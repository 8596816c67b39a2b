# What the generator writes with ${BACKEND} must be what lies in ${GOLDEN}/, byte for byte. To change it on purpose,
# generate into that folder:
#     protoc -Itests/gen/protos -Iproto --plugin=protoc-gen-eyelet=PATH --eyelet_out=tests/gen/GOLDEN \
#         --eyelet_opt=backend=BACKEND,import=google/protobuf/descriptor.proto \
#         --eyelet_opt=import=google/protobuf/empty.proto,import=protobuf-c/protobuf-c.proto FILE...
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT})
execute_process(
    COMMAND ${PROTOC} -I${CMAKE_CURRENT_LIST_DIR}/protos -I${PROTO_DIR} -I${PROTOBUF_C_IMPORT_DIR}
            --plugin=protoc-gen-eyelet=${PLUGIN} --eyelet_out=${OUT}
            --eyelet_opt=backend=${BACKEND},import=google/protobuf/descriptor.proto
            --eyelet_opt=import=google/protobuf/empty.proto,import=protobuf-c/protobuf-c.proto ${PROTOS}
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "protoc failed: ${result}")
endif()

set(golden ${CMAKE_CURRENT_LIST_DIR}/${GOLDEN})
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
