# What is installed besides the program: the library that chooses rows (libdecant.so: base, kernels, comm, data, select), the headers it shows,
# and how CMake and pkg-config find it. A program that has a matrix needs neither files nor libtorch.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(folders base kernels comm data select)
add_library(decant_shared SHARED)
foreach(folder ${folders})
  target_sources(decant_shared PRIVATE $<TARGET_OBJECTS:decant_${folder}>)
endforeach()
set_target_properties(decant_shared PROPERTIES
  OUTPUT_NAME decant EXPORT_NAME decant VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} LINKER_LANGUAGE CXX)
target_link_libraries(decant_shared PUBLIC fmt::fmt
  PRIVATE Threads::Threads ${CMAKE_DL_LIBS} hwy::hwy ${DECANT_OPENBLAS} PkgConfig::xxhash OpenSSL::Crypto)
if(DECANT_SANITIZE)
  target_link_options(decant_shared PRIVATE -fsanitize=${DECANT_SANITIZE})
endif()
target_compile_features(decant_shared INTERFACE cxx_std_20)
target_include_directories(decant_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

install(TARGETS decant_shared EXPORT decant LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(header base/errors base/context base/matrix data/column data/counted_iterator data/features data/row_list data/selection
    data/subset
    select/select select/bins/bins select/bins/cut select/engine/bin_picker select/engine/objective select/pools/sampler select/pools/quota
    select/pools/chosen select/pools/ranking select/rules/beta select/methods/list select/methods/method)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${CMAKE_SOURCE_DIR}/decant/${header}.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/decant/${folder})
endforeach()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/decant)
install(EXPORT decant NAMESPACE decant:: FILE decantTargets.cmake DESTINATION ${package})
file(WRITE ${CMAKE_BINARY_DIR}/decantConfig.cmake.in
  "@PACKAGE_INIT@\ninclude(CMakeFindDependencyMacro)\nfind_dependency(fmt)\ninclude(\${CMAKE_CURRENT_LIST_DIR}/decantTargets.cmake)\n")
configure_package_config_file(${CMAKE_BINARY_DIR}/decantConfig.cmake.in ${CMAKE_BINARY_DIR}/decantConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/decantConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/decantConfig.cmake ${CMAKE_BINARY_DIR}/decantConfigVersion.cmake DESTINATION ${package})

file(WRITE ${CMAKE_BINARY_DIR}/decant.pc
"prefix=\${pcfiledir}/../..
Name: decant
Description: Chooses the rows of a data set that teach most
Version: ${PROJECT_VERSION}
Requires: fmt
Cflags: -I\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}
Libs: -L\${prefix}/${CMAKE_INSTALL_LIBDIR} -ldecant
")
if(CMAKE_LIBRARY_ARCHITECTURE AND CMAKE_INSTALL_LIBDIR MATCHES "/")
  file(READ ${CMAKE_BINARY_DIR}/decant.pc text)
  string(REPLACE "/../.." "/../../.." text "${text}")
  file(WRITE ${CMAKE_BINARY_DIR}/decant.pc "${text}")
endif()
install(FILES ${CMAKE_BINARY_DIR}/decant.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
