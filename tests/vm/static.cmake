# eyelet_make_static(<target>): links a program so that it needs no other file, as an enclave's image wants it. The
# targets eyelet::eyelet-static and PkgConfig::PROTOBUF_C name shared libraries, so what is linked is said here. Where an
# archive is missing, or sanitizers are asked for, EYELET_CAN_BE_STATIC is off.
find_library(PROTOBUF_C_ARCHIVE libprotobuf-c.a)
find_library(NANOPB_ARCHIVE libprotobuf-nanopb.a)
mark_as_advanced(PROTOBUF_C_ARCHIVE NANOPB_ARCHIVE)
set(EYELET_CAN_BE_STATIC OFF)
if(PROTOBUF_C_ARCHIVE AND NANOPB_ARCHIVE AND NOT EYELET_SANITIZE AND NOT EYELET_COVERAGE)
    set(EYELET_CAN_BE_STATIC ON)
endif()

function(eyelet_make_static target)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include)
    target_include_directories(${target} SYSTEM PRIVATE ${PROTOBUF_C_INCLUDE_DIRS})
    target_link_libraries(${target} PRIVATE eyelet_build $<TARGET_FILE:eyelet-static> ${PROTOBUF_C_ARCHIVE}
        ${NANOPB_ARCHIVE} Threads::Threads)
    target_link_options(${target} PRIVATE -static)
endfunction()
