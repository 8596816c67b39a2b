# protoc must fail on ${PROTO} (in this folder's refuse/, and with ${BACKEND}) with exactly the line in the .error file
# beside it.
file(READ ${CMAKE_CURRENT_LIST_DIR}/refuse/${PROTO}.error expected)
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT})
execute_process(
    COMMAND ${PROTOC} -I. -I${PROTOBUF_C_IMPORT_DIR} --plugin=protoc-gen-eyelet=${PLUGIN} --eyelet_out=${OUT}
            --eyelet_opt=backend=${BACKEND} ${PROTO}.proto
    WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/refuse
    RESULT_VARIABLE result ERROR_VARIABLE error)
if(result EQUAL 0)
    message(FATAL_ERROR "protoc took ${PROTO}.proto")
endif()
if(NOT error STREQUAL "--eyelet_out: ${expected}")
    message(FATAL_ERROR "expected:\n--eyelet_out: ${expected}got:\n${error}")
endif()
file(GLOB written ${OUT}/*)
if(written)
    message(FATAL_ERROR "files were written nevertheless: ${written}")
endif()
