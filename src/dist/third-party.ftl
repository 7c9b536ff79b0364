onnx-parewire itself: Apache-2.0, see LICENSE.

Libraries in this distribution, each with its licence:

<#list dependencyMap as entry>
  <#assign project = entry.getKey()/>
  <#assign licenses = entry.getValue()/>
${project.groupId}:${project.artifactId}:${project.version}
    <#list licenses as license>${license}<#sep>, </#list>
    ${project.url!"no page of its own"}
</#list>

A script in the jar, unpacked from a webjar, and so in each HTML report:

D3 (org.webjars.npm:d3), ISC, Copyright 2010-2023 Mike Bostock; its text is in the jar as io/github/parewire/report/d3/LICENSE
    https://d3js.org

Natives that these libraries carry:

libopenblas (org.bytedeco:openblas)
    BSD-3-Clause
    https://www.openblas.net
libgcc_s, libgfortran, libgomp, libquadmath and their like on other platforms (org.bytedeco:openblas, org.nd4j:nd4j-native)
    GPL-3.0 with the GCC Runtime Library Exception 3.1; libquadmath LGPL-2.1-or-later. Unchanged, as shared libraries;
    wheels for Linux arm64 have a libgomp that pykdtree gave another name.
    https://gcc.gnu.org/onlinedocs/libstdc++/manual/license.html
libnd4jcpu (org.nd4j:nd4j-native), which holds oneDNN and FlatBuffers
    Apache-2.0
    https://github.com/deeplearning4j/deeplearning4j
liblwjgl (org.lwjgl:lwjgl)
    BSD-3-Clause
    https://www.lwjgl.org
libonnxruntime (com.microsoft.onnxruntime:onnxruntime)
    MIT; what it is made of is in its ThirdPartyNotices.txt
    https://github.com/microsoft/onnxruntime

Apache-2.0 is in LICENSE. The texts of the others:

--- MIT: ascii-table, Copyright (c) 2017 Freva; onnxruntime, Copyright (c) Microsoft Corporation;
--- slf4j, Copyright (c) 2004-2022 QOS.ch Sarl (Switzerland); progressbar, Copyright (c) 2015-2020 Tongfei Chen

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

--- BSD-3-Clause: protobuf-java, Copyright 2008 Google Inc.; libopenblas, Copyright (c) 2011-2014, The OpenBLAS Project;
--- jline-terminal, Copyright (c) 2002-2018, the original author or authors;
--- lwjgl, Copyright (c) 2012-present Lightweight Java Game Library

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following
   disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following
   disclaimer in the documentation and/or other materials provided with the distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote
   products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF
THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
