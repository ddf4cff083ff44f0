#include "recorder/encoder/repeats.hpp"

#include "recorder/encoder/h264_bits.hpp"

namespace greenroom::recorder::encoder {

namespace {

enum UnitType : unsigned { other_picture = 1, key_picture = 5, sps_type = 7 };  // §7.4.1, table 7-1
constexpr char reference_picture = 0x41;  // other_picture, nal_ref_idc 2
constexpr char pps_unit = 0x68;           // nal_ref_idc 3, type 8
constexpr std::uint32_t high_profile = 100;
constexpr std::uint32_t our_pps_id = 1;  // x264's is 0
constexpr std::uint32_t p_slices_only = 5;

UnitType type_of(std::string_view unit) {
  return static_cast<UnitType>(unit.empty() ? 0u : static_cast<unsigned char>(unit[0]) & 0x1fu);
}

/// §7.3.2.2. Its entropy coding is the simple one, in which "all are skipped" is one number.
std::string picture_parameters(std::uint32_t sps_id) {
  BitWriter w;
  w.number(our_pps_id);
  w.number(sps_id);
  w.flag(false);  // entropy_coding_mode_flag: CAVLC
  w.flag(false);  // bottom_field_pic_order_in_frame_present_flag
  w.number(0);    // num_slice_groups_minus1
  w.number(0);    // num_ref_idx_l0_default_active_minus1
  w.number(0);    // num_ref_idx_l1_default_active_minus1
  w.flag(false);  // weighted_pred_flag
  w.bits(0, 2);   // weighted_bipred_idc
  w.number(0);    // pic_init_qp_minus26
  w.number(0);    // pic_init_qs_minus26
  w.number(0);    // chroma_qp_index_offset
  w.flag(true);   // deblocking_filter_control_present_flag
  w.flag(false);  // constrained_intra_pred_flag
  w.flag(false);  // redundant_pic_cnt_present_flag
  return unit_of(pps_unit, w.finish());
}

}  // namespace

/// §7.3.2.1.1, as far as it is needed.
std::optional<Repeats> Repeats::of(std::string_view sps) {
  if (type_of(sps) != sps_type) return std::nullopt;
  const std::string payload = payload_of(sps);
  BitReader r(payload);
  Repeats found;
  const std::uint32_t profile = r.bits(8);
  r.bits(16);  // constraints, level
  const std::uint32_t sps_id = r.number();
  if (profile != high_profile) return std::nullopt;
  const bool is_420 = r.number() == 1;
  r.number();  // bit_depth_luma_minus8
  r.number();  // bit_depth_chroma_minus8
  r.flag();    // qpprime_y_zero_transform_bypass_flag
  const bool has_matrices = r.flag();
  found.number_bits_ = static_cast<int>(r.number()) + 4;
  // 2: shown in the order in which they come, and nothing in a picture's header says so again.
  const bool is_plain_order = r.number() == 2;
  r.number();  // max_num_ref_frames
  r.flag();    // gaps_in_frame_num_value_allowed_flag
  const std::uint32_t columns = r.number() + 1;
  const std::uint32_t rows = r.number() + 1;
  const bool are_frames = r.flag();
  constexpr std::uint32_t most_a_side = 1024;
  if (!r.is_good() || !is_420 || has_matrices || !is_plain_order || !are_frames || found.number_bits_ > 16 ||
      columns > most_a_side || rows > most_a_side)
    return std::nullopt;
  found.macroblocks_ = columns * rows;
  found.parameters_ = picture_parameters(sps_id);
  return found;
}

std::uint32_t Repeats::take_number() {
  last_number_ = (last_number_ + 1) & ((1u << number_bits_) - 1);
  return last_number_;
}

/// §7.3.3: frame_num comes behind three Exp-Golomb codes.
std::string Repeats::number(std::string_view unit) {
  if (type_of(unit) == key_picture) begin_anew();
  if (type_of(unit) != other_picture) return std::string(unit);
  std::string payload = payload_of(unit);
  BitReader r(payload);
  r.number();  // first_mb_in_slice
  r.number();  // slice_type
  r.number();  // pic_parameter_set_id
  const std::size_t begin = r.position();
  const std::uint32_t wanted = take_number();
  if (r.bits(number_bits_) == wanted || !r.is_good()) return std::string(unit);
  for (int i = 0; i < number_bits_; ++i) {
    const std::size_t at = begin + static_cast<std::size_t>(i);
    const int bit = 1 << (7 - at % 8);
    const bool is_set = (wanted >> (number_bits_ - 1 - i) & 1u) != 0;
    payload[at / 8] = static_cast<char>(is_set ? payload[at / 8] | bit : payload[at / 8] & ~bit);
  }
  return unit_of(unit[0], payload);
}

std::string Repeats::repeat() {
  BitWriter w;
  w.number(0);  // first_mb_in_slice
  w.number(p_slices_only);
  w.number(our_pps_id);
  w.bits(take_number(), number_bits_);
  w.flag(false);           // num_ref_idx_active_override_flag
  w.flag(false);           // ref_pic_list_modification_flag_l0
  w.flag(false);           // adaptive_ref_pic_marking_mode_flag
  w.number(0);             // slice_qp_delta
  w.number(1);             // disable_deblocking_filter_idc
  w.number(macroblocks_);  // mb_skip_run
  return unit_of(reference_picture, w.finish());
}

}  // namespace greenroom::recorder::encoder
